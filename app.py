"""The menu of the app; start it with ``streamlit run app.py``."""

from dashboard.layout import close, menu

page = menu()
page.run()
close(page)
