using System.Globalization;
using Pylon.Events.V1;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// An entry of the outbox of a shard: a report and what it came to, as <see cref="BatchScripts.Report"/> writes it, or
/// an event of a definition as it is.
/// </summary>
/// <param name="ReportId">To be settled when it is published.</param>
/// <param name="DefinitionId">The same.</param>
internal sealed record OutboxEntry(Event Event, Guid? ReportId, Guid? DefinitionId)
{
    /// <exception cref="FormatException">It is neither; so are other exceptions of parsing.</exception>
    public static OutboxEntry Read(StreamEntry entry)
    {
        if (entry["definition"] is { IsNull: false } definition)
            return new OutboxEntry(Event.Parser.ParseFrom((byte[])entry["event"]!), null, Guid.Parse(definition.ToString()));
        var report = new PhaseReport(
            Guid.Parse(Text("id")),
            Text("batch"),
            Text("phase"),
            Text("entity"),
            Text("status") == "S",
            Text("error"),
            Text("correlation"),
            DateTimeOffset.FromUnixTimeMilliseconds(Number("time")));
        var after = new Progress(
            report.Phase, Number("completed"), Number("failed"), Number("total"), Text("whole") switch { "" => null, var whole => whole == "S" });
        return new OutboxEntry(BatchEvents.Progressed(report, after), report.EventId, null);

        string Text(string field) => entry[field] is { IsNull: false } value ? value.ToString() : throw new FormatException($"There is no {field}.");

        long Number(string field) => long.Parse(Text(field), CultureInfo.InvariantCulture);
    }
}
