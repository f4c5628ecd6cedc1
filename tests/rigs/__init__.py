"""The promises, each proved where it breaks: `make chaos` runs all of it, `make test` a part.

Nothing is lost: a mention that a platform showed us reaches a channel; typed text is never gone;
what was acknowledged is written down. Nothing happens twice: one card a mention, one owner a claim,
one public reply a submission.

steps.py, forks.py, office.py, crash.py      kill -9 at every step that touches database or network
hinted.py                                    the same while Procrastinate's engine sends
faults.py, looking.py                        each kind of call fails once in each way
journeys.py, second_looks.py, lives.py       what people do meanwhile, and what must be true then
edges.py, schedule.py, simulation.py         several workers, interleaved and broken by seed
mutants.py                                   deliberate bugs: does a rig notice each of them?
races.py                                     fifty people press the same button
garbage.py                                   what Slack sends, broken at random, mostly signed
workers.py, worker.py, fleet.py              many worker processes on one database
upgrade.py                                   a release and the code of today on one database
soak.py, lasting.py                          an hour of moved time under a steady stream
stories.py                                   people do anything in any order; a model tells
lanes.py, findings.py                        a rig as a process of its own, and what it found
test_*.py                                    what `make test` runs of it
__main__.py, table.py                        `make chaos`: everything, and docs/promises.md

What one rig does on one database is a lane here; in the product a lane is what shares a pace.

A rig must not know how the product keeps a promise: it acts as people, platforms and failing
machines do, and then looks at what people and platforms saw.
"""
