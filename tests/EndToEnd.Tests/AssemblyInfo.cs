// Each collection has processes of its own, and they are measured against each other's silence: one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
