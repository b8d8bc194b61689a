# SPDX-License-Identifier: GPL-2.0-only
#
# Plain Sphinx, nothing from the network: sphinx-build Documentation build/docs

project = "nd_emu"
author = "The nd_emu developers"
copyright = author

root_doc = "index"
extensions = []
exclude_patterns = []
nitpicky = True
highlight_language = "none"
smartquotes = False

html_theme = "alabaster"
html_theme_options = {
    "page_width": "1080px",
    "fixed_sidebar": True,
    "show_powered_by": False,
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_copy_source = False
html_show_sphinx = False
