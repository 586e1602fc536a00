"""In which language the public pages speak: Chinese, or English where a visitor chose it. The office's pages are Chinese."""

from flask import Flask
from flask_babel import Babel

from registry.kernel.access import current_actor
from registry.kernel.edge import translated
from registry.kernel.host import Host
from registry.web.look import look

CHINESE = "zh_Hans_CN"
"""The language of the messages themselves, which therefore has no catalogue."""


def install(host: Host, app: Flask) -> None:
    folders = [str(part.translations) for part in host.parts if part.translations is not None]
    Babel(
        app,
        default_locale=CHINESE,
        default_timezone="Asia/Shanghai",
        default_translation_directories=";".join(folders),
        locale_selector=_chosen,
    )
    app.add_template_global(spoken)
    # For what comes from elsewhere: `_()` would take a per cent sign in it for a place to fill in.
    app.add_template_filter(translated, "said")


def spoken() -> str:
    """The language of this answer as an HTML `lang`."""
    return "en" if _chosen() == "en" else "zh-Hans"


def _chosen() -> str:
    return "en" if current_actor().kind != "staff" and look().lang == "en" else CHINESE
