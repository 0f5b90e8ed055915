"""The demo site's entities: made once, through the services that the API uses; nothing is faked into the results.

One node is truly down (nothing listens on its port), one has a certificate that runs out soon, and the agent of the
second site has stopped before it ever reported: with the good ones all four statuses.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from statusmonitor.domain.paging import Page
from statusmonitor.repositories.api_keys import KeyFields
from statusmonitor.repositories.assignments import AssignmentFields, AssignmentFilter
from statusmonitor.repositories.node_types import NodeTypeFields
from statusmonitor.repositories.nodes import NodeFields, NodeFilter
from statusmonitor.repositories.subdivisions import SubdivisionFields, SubdivisionFilter
from statusmonitor.services import api_keys, assignments, check_methods, node_types, nodes, subdivisions

SITE, STOPPED_SITE = 9001, 9002  # object_id of the two demo subdivisions
CERTIFICATE_DAYS = 9
INTERVAL_SECONDS = 10
TIMEOUT_MINUTES = "1"  # short, so that a stopped agent shows soon
ACTOR = "command line"
HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """Ports of this machine that the demo checks: of the server, of a TLS listener, and one where nobody listens."""

    server: int
    tls: int
    closed: int


@dataclass(frozen=True, slots=True)
class DemoJob:
    method: str
    parameters: Mapping[str, Any]
    criteria: Mapping[str, Any] | None = None

    def pipeline(self) -> str:
        step: dict[str, Any] = {"type": self.method, "parameters": self.parameters}
        if self.criteria:
            step["success_criteria"] = self.criteria
        return json.dumps([step], separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class DemoNode:
    name: str
    description: str
    jobs: Sequence[DemoJob]


def _all(field: str, **criteria: Any) -> dict[str, Any]:
    return {field: {"_condition_": "all", "_criteria_": criteria}}


PING = DemoJob("PING", {"count": 2, "timeout_ms": 1000}, {"packet_loss_percent": {"<": 50}})


def demo_nodes(ports: DemoPorts) -> list[DemoNode]:
    """Return the nodes of the first site with their jobs."""
    machine = [
        PING,
        DemoJob("DISK_USAGE", {}, _all("disks", percent_free={">=": 1})),
        DemoJob("MEMORY", {}, {"percent_available": {">=": 1}}),
        DemoJob("PROCESS_LIST", {"process_names": ["python*"]}, {"processes": {"_condition_": "count", "_count_": {">=": 1}}}),
    ]
    server = [
        PING,
        DemoJob("TCP_PORT", {"port": ports.server}),
        DemoJob("HTTP_CHECK", {"url": f"http://{HERE}:{ports.server}/health", "body_contains": '"ok"'}, {"status_code": 200}),
    ]
    shop = [PING, DemoJob("CERT_EXPIRY", {"host": HERE, "port": ports.tls}, _all("certificates", days_left={">=": 14}))]
    return [
        DemoNode("This machine", "what the demo's agent runs on", machine),
        DemoNode("Status Monitor", "the server you are looking at", server),
        DemoNode("Web shop", f"its certificate runs out in {CERTIFICATE_DAYS} days", shop),
        DemoNode("Label printer", "switched off: nothing listens on its port", [DemoJob("TCP_PORT", {"port": ports.closed})]),
    ]


def make_site(ports: DemoPorts) -> str | None:
    """Make the demo and return the key of its agent, None when the demo is there already."""
    if subdivisions.list_subdivisions(SubdivisionFilter(object_id=SITE), Page(limit=1, offset=0)).total_count:
        return None
    top = subdivisions.create_subdivision(SubdivisionFields(SITE, "Demo site", "Real checks of this machine"), actor=ACTOR)
    stopped = SubdivisionFields(STOPPED_SITE, "Demo warehouse", "Its agent has stopped", parent_id=top.id)
    warehouse = subdivisions.create_subdivision(stopped, actor=ACTOR)
    type_id = _make_type()
    methods = {method.method_name: method.id for method in check_methods.list_check_methods()}
    for node in demo_nodes(ports):
        _make_node(node, top.id, type_id, methods)
    _make_node(DemoNode("Scanner", "nobody reports about it", [PING]), warehouse.id, type_id, methods)
    return api_keys.create_api_key(KeyFields("agent of the demo site", "agent", SITE), actor=ACTOR).text


def follow_ports(before: DemoPorts, after: DemoPorts) -> None:
    """Change the demo's jobs where the server or the TLS listener has another port than when they were made."""
    renamed = {old: new for old, new in zip(asdict(before).values(), asdict(after).values(), strict=True) if old != new}
    of_site = SubdivisionFilter(object_id=SITE)
    ids = [each.id for each in subdivisions.list_subdivisions(of_site, Page(limit=200, offset=0)).entries]
    jobs = assignments.list_assignments(AssignmentFilter(), NodeFilter(subdivision_ids=ids), Page(limit=200, offset=0)).entries
    for job in jobs if renamed else []:
        pipeline = job.pipeline
        for old, new in renamed.items():
            pipeline = pipeline.replace(f'"port":{old}', f'"port":{new}').replace(f":{old}/", f":{new}/")
        if pipeline != job.pipeline:
            assignments.update_assignment(job.id, {"pipeline": pipeline}, actor=ACTOR)


def _make_type() -> int:
    made = node_types.create_node_type(NodeTypeFields("Demo machine", "outdated after a minute"), actor=ACTOR)
    timeout = next(each.id for each in node_types.list_property_types() if each.name == "timeout_minutes")
    node_types.set_properties(made.id, {timeout: TIMEOUT_MINUTES}, actor=ACTOR)
    return made.id


def _make_node(node: DemoNode, subdivision_id: int, type_id: int, methods: Mapping[str, int]) -> None:
    made = nodes.create_node(NodeFields(node.name, subdivision_id, HERE, type_id, node.description), actor=ACTOR)
    for job in node.jobs:
        fields = AssignmentFields(methods[job.method], job.pipeline(), INTERVAL_SECONDS)
        assignments.create_assignments(fields, assignments.ChosenNodes(node_ids=[made.id]), actor=ACTOR)
