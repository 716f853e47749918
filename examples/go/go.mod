module coulis/examples/go

go 1.21
