"""Records as registries hand them out in files: fields of JSON, XML and CSV, one trial or many."""
