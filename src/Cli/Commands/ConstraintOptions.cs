using System.CommandLine;

namespace Pylon.Cli.Commands;

/// <summary>The options that limit what may be offered for a workload.</summary>
internal sealed class ConstraintOptions(TimeProvider time)
{
    public Option<DateTimeOffset?> Deadline { get; } = Options.Moment("--deadline", "When it must be done", time);

    public Option<double?> CarbonCap { get; } = Options.Positive<double>("--carbon-cap", "The highest carbon intensity of its place and time, in gCO2/kWh");

    public Option<double?> MaxTotal { get; } = Options.Positive<double>("--max-gco2", "The most that the whole job may emit, in gCO2");

    public Option<double?> MaxPrice { get; } = Options.Positive<double>("--max-price", "The most that the energy of the whole job may cost, in GBP");

    public Option<int?> Delay { get; } = Options.WholeFromZero("--delay-mins", "The longest delay of the start, in minutes, in place of that of the urgency");

    public Option[] All => [Deadline, CarbonCap, MaxTotal, MaxPrice, Delay];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    public bool AreGiven(ParseResult parsed) => All.Any(option => parsed.GetResult(option) is { Implicit: false });
}
