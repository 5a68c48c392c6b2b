"""A picture of every page for readers of the repository; UPDATE_PICTURES=1 takes them anew."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from dashboard.layout import MENU

IMAGES = Path(__file__).parents[2] / "docs" / "images"
NAMES = [name for names in MENU.values() for name in names]
SIZES = {"": {"width": 1366, "height": 900}, "_phone": {"width": 390, "height": 844}}
LARGEST = 250_000  # bytes
TALLEST = 4000  # pixels; a longer page is cut
COLOURS = (256, 128, 64, 48, 32, 24, 16)


@pytest.mark.parametrize("ending", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_page_has_its_picture(visit, name, ending):
    path = IMAGES / f"{name}{ending}.png"
    if os.environ.get("UPDATE_PICTURES"):
        page = visit("/" if name == "province" else f"/{name}", SIZES[ending])
        path.write_bytes(picture(page, SIZES[ending]["width"]))
    assert path.exists(), "take it with UPDATE_PICTURES=1"
    assert path.stat().st_size < LARGEST
    with Image.open(path) as taken:
        assert taken.width == SIZES[ending]["width"]


def picture(page, width):
    """Take the whole page, with as many colours as its size allows."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    page.wait_for_timeout(500)
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colours in COLOURS:
        packed = io.BytesIO()
        taken.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if len(packed.getvalue()) < LARGEST:
            break
    return packed.getvalue()
