"""One renderer for the folder: it is made once a process, as in the worker."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.certificates.documents import Document
from app.certificates.reading import PageText, read_pdf
from app.certificates.rendering import Renderer


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture
def read_back(renderer: Renderer) -> Callable[[Document], list[PageText]]:
    """Render a document and read its pages with the independent reader."""
    return lambda document: read_pdf(renderer.render(document).pdf)
