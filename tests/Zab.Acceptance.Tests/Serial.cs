using Xunit;

// Servers under test share the cores with their load; two tests at once would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
