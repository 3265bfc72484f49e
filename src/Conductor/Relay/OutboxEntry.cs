using System.Globalization;
using Pylon.Conductor.Batches;
using Pylon.Conductor.State;
using Pylon.Events.V1;
using StackExchange.Redis;

namespace Pylon.Conductor.Relay;

/// <summary>
/// An entry of the outbox of a shard: a report and the progress after it, as <see cref="BatchScripts.Report"/> writes
/// them, or an event of a definition.
/// </summary>
/// <param name="ReportId">The report to settle when the event is published.</param>
/// <param name="DefinitionId">The definition to settle.</param>
internal sealed record OutboxEntry(Event Event, Guid? ReportId, Guid? DefinitionId)
{
    /// <exception cref="FormatException">The entry is neither. Parsing throws other exceptions too.</exception>
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
            report.Phase, Number("completed"), Number("failed"), Number("total"), Text("whole") switch { "" => null, var whole => whole == "S" })
        {
            // An entry that an instance before this version wrote tells no work.
            Work = BatchWrites.Work(Optional("energy"), Optional("reports"), Optional("first"), Optional("last")),
        };
        return new OutboxEntry(BatchEvents.Progressed(report, after, entry["trace"] is { IsNullOrEmpty: false } trace ? trace.ToString() : null), report.EventId, null);

        string Text(string field) => entry[field] is { IsNull: false } value ? value.ToString() : throw new FormatException($"The entry has no {field}.");

        string Optional(string field) => entry[field] is { IsNull: false } value ? value.ToString() : "";

        long Number(string field) => long.Parse(Text(field), CultureInfo.InvariantCulture);
    }
}
