"""The menu of the app; ``kynangso serve`` starts it."""

from dashboard.layout import close, menu

page = menu()
page.run()
close(page)
