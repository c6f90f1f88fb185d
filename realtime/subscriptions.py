"""What a viewer is subscribed to, if not to the whole map."""

from dataclasses import dataclass, field

from realtime.limits import TokenBucket, subscribe_bucket
from realtime.messages import Subscribe, subscription_query
from realtime.replica import Replica


@dataclass(slots=True)
class Subscription:
    """The sections that a viewer wants, by `layout`'s numbers, and what it has of them.

    `known` are the sections whose states it has as of its sequence number, and `counts_seq` is the
    number of its counts (None: it has none). `request_id` is that of its newest request while no
    frame has taken it into account.
    """

    layout: str | None
    wanted: int
    known: int = 0
    counts_seq: int | None = None
    request_id: int | None = None
    bucket: TokenBucket = field(default_factory=subscribe_bucket)

    @classmethod
    def of_whole_map(cls, replica: Replica) -> "Subscription":
        """Return that of a viewer that has been sent the whole map until now."""
        every = replica.sections.every
        return cls(replica.layout, wanted=every, known=every)

    def request(self, message: Subscribe) -> bool:
        """Take a client's request over. Return whether it may be answered at once.

        Otherwise it is answered with the next frame that has counts.
        """
        self.layout, self.wanted = message.layout, message.sections
        self.request_id = message.id
        return self.bucket.take()

    def record_sent(self, replica: Replica) -> None:
        """Record that the viewer was sent all that it wants of the published state."""
        self.known = self.wanted_of(replica)
        self.counts_seq = replica.published_seq
        if self.layout == replica.layout:
            self.request_id = None

    def is_current(self, replica: Replica) -> bool:
        """Return whether the viewer's counts are of the published state, and nothing is owed."""
        return (
            self.counts_seq == replica.published_seq
            and self.known == self.wanted_of(replica)
            and self.request_id is None
        )

    def wanted_of(self, replica: Replica) -> int:
        """Return the wanted sections: none if they are numbers of another layout."""
        return self.wanted & replica.sections.every if self.layout == replica.layout else 0


def subscription_of(query_string: str) -> Subscription | None:
    """Return the subscription that a connection starts with; None: it watches the whole map."""
    query = subscription_query(query_string)
    if query is None:
        return None
    return Subscription(query.layout, wanted=query.sections | query.added, known=query.sections)
