// Each collection starts its own processes: one after the other, so they do not slow each other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
