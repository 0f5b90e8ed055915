"""Changes of the fleet while results come in, and two changes at once: nobody waits in a circle, no tree closes on itself."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.management.app import lambda_handler as management
from functions.offline_load.app import lambda_handler as offline_load
from statusmonitor.db import connection
from tests.http_events import call

ROUNDS = 15


def run_at_once(*tasks) -> list:
    """Run each task in a thread of its own, all starting together; raise what any of them raised."""
    start = threading.Barrier(len(tasks))

    def run(task):
        try:
            start.wait(timeout=10)
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [each.result() for each in [pool.submit(run, task) for task in tasks]]


@pytest.fixture
def changing_results(fleet):
    """Return jobs, their nodes, and a task that turns all of them forth and back."""
    site = fleet.subdivision()
    nodes = [fleet.node(subdivision=site) for _ in range(6)]
    jobs = [fleet.assignment(node=node) for node in nodes for _ in range(2)]
    key = fleet.key("loader")

    def turn() -> list[int]:
        statuses = []
        for number in range(ROUNDS):
            results = [{"assignment_id": job, "is_available": number % 2 == 0, "check_success": True} for job in jobs]
            statuses.append(call(offline_load, "POST", "/api/v1/checks/bulk", key=key, body={"results": results}).status)
        return statuses

    return site, nodes, jobs, turn


def test_nodes_types_and_places_change_while_their_results_come_in(fleet, changing_results, sql):
    site, nodes, jobs, turn = changing_results
    other, node_type, key = fleet.subdivision(), fleet.node_type(), fleet.key("admin")

    def manage(method: str, path: str, body=None) -> int:
        return call(management, method, f"/api/v1/{path}", body=body, key=key).status

    def change() -> list[int]:
        statuses = []
        for number in range(ROUNDS):
            node, place = nodes[-1 - number % len(nodes)], (site, other)[number % 2]
            statuses += [
                manage("PUT", f"nodes/{node}", {"name": f"renamed {number} {node}", "parent_subdivision_id": place}),
                manage("PUT", f"subdivisions/{site}", {"parent_id": (other, None)[number % 2]}),
                manage("PUT", "node_types/0/properties", {"1": str(number + 1)}),
                manage("PUT", f"nodes/{node}", {"node_type_id": (node_type, None)[number % 2]}),
                manage("PUT", f"assignments/{jobs[number % len(jobs)]}", {"check_interval_seconds": number + 30}),
            ]
        return statuses

    answers = run_at_once(turn, change, turn, change)

    assert {status for statuses in answers for status in statuses} == {200}
    paths = (
        "SELECT a.id FROM assignments a JOIN nodes n ON n.id = a.node_id JOIN subdivisions s ON s.id = n.parent_subdivision_id"
    )
    assert sql(f"{paths} JOIN assignment_states st ON st.assignment_id = a.id WHERE st.object_path <> s.object_path") == []


def test_nodes_are_deleted_while_their_results_come_in(fleet, changing_results, sql):
    _, nodes, _, turn = changing_results
    key = fleet.key("admin")

    def delete() -> list[int]:
        return [call(management, "DELETE", f"/api/v1/nodes/{node}", key=key).status for node in reversed(nodes)]

    results, deletions, _ = run_at_once(turn, delete, turn)

    assert set(results) <= {200, 207}
    assert set(deletions) == {204}
    assert (
        sql(
            "SELECT id FROM nodes UNION ALL SELECT assignment_id FROM assignment_states UNION ALL SELECT node_id FROM node_states"
        )
        == []
    )


def test_two_moves_at_once_make_no_circle(fleet, sql):
    key = fleet.key("admin")
    for _ in range(ROUNDS):
        first, second = fleet.subdivision(), fleet.subdivision()

        def move(site: int, parent: int) -> int:
            return call(management, "PUT", f"/api/v1/subdivisions/{site}", body={"parent_id": parent}, key=key).status

        statuses = run_at_once(lambda a=first, b=second: move(a, b), lambda a=first, b=second: move(b, a))

        assert sorted(statuses) == [200, 422]
    assert sql("SELECT id FROM subdivisions WHERE (parent_id IS NULL) <> (cardinality(object_path) = 1)") == []
