"""The menu of the app; start it with ``streamlit run app.py``."""

from dashboard.layout import menu, print_address

menu().run()
print_address()
