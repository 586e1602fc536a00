"""The monthly return of the demo city: the last month that is over is handed in, the ones before it are history."""

from datetime import timedelta

from publicity.feed.graded import returns
from seed.office import Office


def last_month(office: Office) -> None:
    clerk = office.actors["clerk"]
    month = office.city.today.replace(day=1) - timedelta(days=1)
    with office.work.write(clerk) as session:
        returns.hand_in(
            session,
            clerk,
            month=month,
            unit="示范市司法局",
            address="https://credit.example",
            city={},
            problems="市信用平台的报送渠道尚未开通，现由平台读取。",
        )
