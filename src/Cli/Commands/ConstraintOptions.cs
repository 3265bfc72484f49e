using System.CommandLine;

namespace Pylon.Cli.Commands;

/// <summary>The options that limit what may be offered for a workload.</summary>
internal sealed class ConstraintOptions
{
    public Option<string?> Deadline { get; } = new("--deadline") { Description = "When it must be done: 2026-05-01T12:00:00Z, or +6h, +2d from now" };

    public Option<double?> CarbonCap { get; } = Options.Positive<double>("--carbon-cap", "The highest carbon intensity of its place and time, in gCO2/kWh");

    public Option<double?> MaxTotal { get; } = Options.Positive<double>("--max-gco2", "The most that the whole job may emit, in gCO2");

    public Option<double?> MaxPrice { get; } = Options.Positive<double>("--max-price", "The most that the energy of the whole job may cost, in GBP");

    public Option<int?> Delay { get; } = Options.WholeFromZero("--delay-mins", "The longest delay of the start, in minutes, in place of that of the urgency");

    public DateTimeOffset? DeadlineOf(ParseResult parsed, DateTimeOffset now) =>
        parsed.GetValue(Deadline) is { } text ? WorkloadCommands.Moment(text, now) : null;
}
