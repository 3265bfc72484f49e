using Pylon.Conductor.Batches;
using Pylon.Conductor.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Conductor.Pipelines;

/// <summary>Reads the order of a request; a field that breaks its rule is refused with its name.</summary>
internal static class OrderReader
{
    private const int MaxName = 100;
    private const int MaxParts = 10_000;
    private const int MaxSteps = 100;
    private const int MaxParameters = 16;
    private const int MaxCharacters = 4_096;

    public static Order Read(WorkOrder order, long? parts)
    {
        var (begin, deadline) = (PhaseWork.Time(order.NotBefore, "work.not_before"), PhaseWork.Time(order.Deadline, "work.deadline"));
        if (begin >= deadline)
            throw Refusal.InvalidArgument("work.deadline", "must be after work.not_before").AsException();
        if (order.Parameters.Count > MaxParameters || order.Parameters.Sum(one => one.Key.Length + one.Value.Length) > MaxCharacters)
            throw Refusal.InvalidArgument("work.parameters", $"must be at most {MaxParameters} with at most {MaxCharacters} characters together").AsException();
        foreach (var text in order.Parameters.SelectMany(one => (string[])[one.Key, one.Value]))
            Field.Text(text, "work.parameters", 0, MaxCharacters);
        return new Order(
            Field.Range(order.Revision, "work.revision", 1, long.MaxValue),
            Field.Text(order.Zone, "work.zone", 0, MaxName),
            Field.Text(order.Job, "work.job", 0, MaxName),
            new SortedDictionary<string, string>(order.Parameters, StringComparer.Ordinal),
            (int)Field.Range(parts ?? 0, "total_entities", 1, MaxParts),
            begin,
            deadline,
            Steps(order.Steps));
    }

    private static List<OrderStep> Steps(IReadOnlyCollection<PlannedStep> steps)
    {
        if (steps.Count > MaxSteps)
            throw Refusal.InvalidArgument("work.steps", $"must be at most {MaxSteps}").AsException();
        var read = steps.Select(step => (Start: PhaseWork.Time(step.StartTime, "work.steps.start_time"), End: PhaseWork.Time(step.EndTime, "work.steps.end_time"))).ToList();
        if (read.Any(step => !(step.Start < step.End)) || read.Zip(read.Skip(1)).Any(two => two.First.End > two.Second.Start))
            throw Refusal.InvalidArgument("work.steps", "must each end after they begin, in order and apart").AsException();
        return [.. read.Select(step => new OrderStep(step.Start!.Value, step.End!.Value))];
    }
}
