"""The rules about texts belong to a session: what one session is given no other has."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from pipelines.text_rules import PipelineRules
from storage.text_rules import bind_rules, rules_of


def test_a_session_stores_by_the_rules_that_were_bound_to_it() -> None:
    engine, rules = create_engine("sqlite://"), PipelineRules()
    with Session(engine) as session, Session(engine) as other:
        bind_rules(session, rules)
        assert rules_of(session) is rules
        with pytest.raises(KeyError):
            rules_of(other)
    engine.dispose()
