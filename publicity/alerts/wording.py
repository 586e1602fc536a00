"""What the mails say, in the reader's language: headings, days and links, and nothing of what a notice holds. A mailbox
keeps what it got for ever, and a notice ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from babel.support import NullTranslations, Translations

from publicity.alerts.topics import Say
from registry.kernel.smtp import Mail

LANGUAGES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True)
class Site:
    """Where the service stands, whose it is, and the folders of its catalogues."""

    public_url: str
    bureau: str
    catalogues: Sequence[Path] = ()

    def say(self, language: str) -> Say:
        """Messages of the catalogues in a language; the messages themselves are Chinese."""
        if language != "en":
            return str
        found: NullTranslations = NullTranslations()
        for folder in self.catalogues:
            read = Translations.load(str(folder), [language])
            if isinstance(found, Translations) and isinstance(read, Translations):
                found.merge(read)
            elif isinstance(read, Translations):
                found = read
        return found.gettext


@dataclass(frozen=True)
class Line:
    """One piece of news: what became of it (公开, 更正, 撤下), what it is, since when, and its page."""

    what: str
    title: str
    on: str
    path: str


@dataclass(frozen=True)
class News:
    """What is new on one alert. `more`: it goes on, on the page."""

    title: str
    page: str
    lines: Sequence[Line] = field(default=())
    more: bool = False


def confirmation(
    site: Site, say: Say, *, to: str, title: str, frequency: str, link: str, hours: int, until: datetime
) -> Mail:
    """Asks whether the reader wants it. `title` holds no words of whoever asked, who may be anybody."""
    text = "\n\n".join(
        (
            say("有人（可能是您本人）请求把下面内容的更新发到这个邮箱："),
            f"{title} · {frequency}",
            say("需要的，请在 %(hours)d 小时内打开下面的地址确认：") % {"hours": hours},
            site.public_url + link,
            say("没有提出请求的，不必理会：不确认就不会再有邮件，我们也不保留您的地址。"),
            _signed(site, say),
        )
    )
    return Mail(to, say("请确认邮件提醒"), text, until=until)


def digest(site: Site, say: Say, *, to: str, news: Sequence[News], manage: str, end: str) -> Mail:
    """One mail with everything that is new to one reader."""
    count = sum(len(one.lines) for one in news)
    parts = [_section(site, say, one) for one in news]
    parts.append(
        f"{say('更改或停止提醒：')}{site.public_url}{manage}\n{say('全部停止：')}{site.public_url}{end}"
    )
    parts.append(_signed(site, say))
    subject = say("法律服务信用公示：%(count)d 条更新") % {"count": count}
    return Mail(to, subject, "\n\n".join(parts), unsubscribe=site.public_url + end)


def _section(site: Site, say: Say, news: News) -> str:
    lines = [news.title]
    lines += [
        f"- {line.on} · {line.what} · {line.title}\n  {site.public_url}{line.path}" for line in news.lines
    ]
    if news.more:
        lines.append(f"{say('更多见：')}{site.public_url}{news.page}")
    return "\n".join(lines)


def _signed(site: Site, say: Say) -> str:
    return "\n".join(
        (f"{site.bureau} · {say('法律服务信用公示')}", site.public_url, say("这封邮件由系统发出，请勿回复。"))
    )
