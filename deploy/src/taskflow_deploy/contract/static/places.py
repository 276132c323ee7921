"""All places that are compared."""

from functools import cached_property
from pathlib import Path

from taskflow_deploy.contract.static.asked import Asked
from taskflow_deploy.contract.static.defaults import Defaults
from taskflow_deploy.contract.static.document import Document
from taskflow_deploy.contract.static.environment import Environment
from taskflow_deploy.contract.static.openapi import OpenApi
from taskflow_deploy.contract.static.ports import Ports
from taskflow_deploy.contract.static.reading import Files
from taskflow_deploy.contract.static.routes import Code


class Places:
    """The places, each read when it is first asked for.

    Parameters
    ----------
    root
        The repository.
    """

    def __init__(self, root: Path) -> None:
        self.files = Files(root)
        self.ports = Ports(self.files)
        self.environment = Environment(self.files)
        self.defaults = Defaults(self.files)

    @cached_property
    def code(self) -> Code:
        """The backend's code."""
        return Code(self.files)

    @cached_property
    def openapi(self) -> OpenApi:
        """The description for programs."""
        return OpenApi(self.files)

    @cached_property
    def document(self) -> Document:
        """The contract for people."""
        return Document(self.files)

    @cached_property
    def asked(self) -> Asked:
        """The scenario and its recording."""
        return Asked(self.files)
