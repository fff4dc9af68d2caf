"""The pages of datasets."""

from django.urls import path

from evals.datasets.views import (
    changes,
    edit,
    export,
    from_trace,
    item,
    item_edit,
    lists,
    many,
    shown,
    upload,
)

datasets = "projects/<str:project_id>/datasets"
one = f"{datasets}/<str:dataset_id>"

# What an item is called stands in the query (?item=), since ids hold slashes.
urlpatterns = [
    path(datasets, lists.dataset_list, name="dataset-list"),
    path(f"{datasets}/new", edit.dataset_create, name="dataset-create"),
    path(f"{datasets}/add", from_trace.item_from, name="item-from"),
    path(one, shown.dataset_page, name="dataset-page"),
    path(f"{one}/edit", edit.dataset_edit, name="dataset-edit"),
    path(f"{one}/delete", edit.dataset_delete, name="dataset-delete"),
    path(f"{one}/export", export.dataset_export, name="dataset-export"),
    path(f"{one}/changes", changes.dataset_changes, name="dataset-changes"),
    path(f"{one}/restore", many.dataset_restore, name="dataset-restore"),
    path(f"{one}/items/change", many.items_change, name="items-change"),
    path(f"{one}/items/new", item_edit.item_create, name="item-create"),
    path(f"{one}/item", item.item_page, name="item-page"),
    path(f"{one}/item/edit", item_edit.item_edit, name="item-edit"),
    path(f"{one}/item/change", item_edit.item_change, name="item-change"),
    path(f"{one}/uploads/new", upload.upload_create, name="upload-create"),
    path(f"{one}/uploads/file/<int:file_id>", upload.upload_map, name="upload-map"),
    path(f"{one}/uploads/<int:upload_id>", upload.upload_page, name="upload-page"),
    path(f"{one}/uploads/<int:upload_id>/cancel", upload.upload_cancel, name="upload-cancel"),
    path(f"{one}/uploads/<int:upload_id>/refused", upload.upload_refused, name="upload-refused"),
]
