"""``/admin/projects``."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants import directory
from tenants.api import examples, inputs, outputs
from tenants.api.bodies import read_body
from tenants.api.lists import LIST_PARAMETERS, answer_page, read_flag, read_page, read_text
from tenants.api.staff_view import STAFF_ERRORS, StaffView
from tenants.models import Project
from tenants.services.projects import create_project, delete_project, update_project

TAGS = ["Admin: projects"]


class ProjectsView(StaffView):
    """The list, and new ones."""

    required_permission = {"GET": "tenants.view_project", "POST": "tenants.add_project"}

    @operation(
        summary="List projects",
        name="adminListProjects",
        data=outputs.ProjectOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=LIST_PARAMETERS,
        example=[examples.PROJECT],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        page = read_page(request)
        rows = directory.projects(page=page, search=read_text(request, "search"), is_active=read_flag(request, "is_active"))
        return answer_page(request, rows, page, lambda shown: outputs.ProjectOutput(shown, many=True).data)

    @operation(
        summary="Create a project",
        name="adminCreateProject",
        data=outputs.ProjectOutput(),
        tags=TAGS,
        status=201,
        request=inputs.ProjectInput,
        request_example=examples.PROJECT_REQUEST,
        example=examples.PROJECT,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def post(self, request: Request) -> Response:
        """201 with the project."""
        body = read_body(request, inputs.ProjectInput)
        project = create_project(**body, actor=self.actor(request), now=clock.now())
        return success(request, outputs.ProjectOutput(project).data, status=201)


class ProjectView(StaffView):
    """One project."""

    required_permission = {
        "GET": "tenants.view_project",
        "PUT": "tenants.change_project",
        "DELETE": "tenants.delete_project",
    }

    @operation(
        summary="Get a project",
        name="adminGetProject",
        data=outputs.ProjectDetail(),
        tags=TAGS,
        example=examples.PROJECT_DETAIL,
        errors=(*STAFF_ERRORS, "PROJECT_NOT_FOUND"),
    )
    def get(self, request: Request, project_id: str) -> Response:
        """With its provider accounts."""
        return self._detail(request, directory.project(project_id))

    @operation(
        summary="Change a project",
        name="adminChangeProject",
        data=outputs.ProjectDetail(),
        tags=TAGS,
        description="What is left out keeps its value. The code can not be changed: it is part of the tenants' addresses.",
        request=inputs.ProjectChanges,
        request_example={"name": "SmartPost Mall 2"},
        example=examples.PROJECT_DETAIL,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "PROJECT_NOT_FOUND"),
    )
    def put(self, request: Request, project_id: str) -> Response:
        """200 with the project as it is now."""
        changes = read_body(request, inputs.ProjectChanges)
        project = update_project(project_id=project_id, changes=changes, actor=self.actor(request), now=clock.now())
        return self._detail(request, project)

    @operation(
        summary="Remove a project",
        name="adminDeleteProject",
        data=outputs.ProjectRemoval(),
        tags=TAGS,
        description="Deleted if nothing hangs on it; switched off if it has provider accounts; refused if it has tenants.",
        example=examples.PROJECT_REMOVAL,
        errors=(*STAFF_ERRORS, "PROJECT_NOT_FOUND", "PROJECT_HAS_TENANTS"),
    )
    def delete(self, request: Request, project_id: str) -> Response:
        """200 with what became of it."""
        deleted = delete_project(project_id=project_id, actor=self.actor(request), now=clock.now())
        return success(request, {"project_id": project_id, "deleted": deleted, "is_active": False})

    def _detail(self, request: Request, project: Project) -> Response:
        data = outputs.ProjectOutput(project).data
        accounts = directory.accounts(project=project, now=clock.now())
        return success(request, {**data, "providers": outputs.AccountOutput(accounts, many=True).data})
