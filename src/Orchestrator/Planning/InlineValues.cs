using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Planning;

/// <summary>Reads the values that a caller gives. Pure.</summary>
internal static class InlineValues
{
    private const int MostValues = Forecasting.Planning.Series.PlanSeries.MaxSteps;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly IReadOnlyList<ValueSource> Inline = [new(PlanValueKind.Inline, "")];

    public static StepValues Read(PlanInlineSeries given, string field)
    {
        if (given.Values.Count is 0 or > MostValues)
            throw Refusal.InvalidArgument($"{field}.values", $"must be 1 to {MostValues} values").AsException();
        if (given.Upper.Count > 0 && given.Upper.Count != given.Values.Count)
            throw Refusal.InvalidArgument($"{field}.upper", "must be as many as values").AsException();
        for (var i = 0; i < given.Values.Count; i++)
        {
            if (!double.IsFinite(given.Values[i]))
                throw Refusal.InvalidArgument($"{field}.values[{i}]", "must be a number").AsException();
            if (given.Upper.Count > 0 && !(given.Upper[i] >= given.Values[i] && double.IsFinite(given.Upper[i])))
                throw Refusal.InvalidArgument($"{field}.upper[{i}]", "must not be below its value").AsException();
        }

        return new StepValues
        {
            Start = Times.Optional(given.StartTime, $"{field}.start_time"),
            Step = given.Step is null ? Hour : Step(given.Step, $"{field}.step"),
            Values = [.. given.Values],
            Upper = given.Upper.Count > 0 ? [.. given.Upper] : null,
            Sources = Inline,
        };
    }

    /// <summary>A step that the planner takes.</summary>
    public static TimeSpan Step(Duration given, string field)
    {
        var step = Times.Length(given, field);
        return step >= TimeSpan.FromSeconds(1) && step <= TimeSpan.FromDays(1) && step.Ticks % TimeSpan.TicksPerSecond == 0
            ? step
            : throw Refusal.InvalidArgument(field, "must be whole seconds from 1 s to 1 day").AsException();
    }
}
