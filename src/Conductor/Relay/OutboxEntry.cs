using System.Globalization;
using Pylon.Conductor.Batches;
using Pylon.Conductor.State;
using Pylon.Events.V1;
using StackExchange.Redis;

namespace Pylon.Conductor.Relay;

/// <summary>
/// An entry of the outbox of a shard, as <see cref="BatchScripts.Calls"/> writes it: the event of a report and the progress
/// after it, or an event of a definition.
/// </summary>
/// <param name="ReportId">The report to settle when the event is published.</param>
/// <param name="DefinitionId">The definition to settle.</param>
internal sealed record OutboxEntry(Event Event, Guid? ReportId, Guid? DefinitionId)
{
    /// <exception cref="FormatException">The entry is neither. Parsing throws other exceptions too.</exception>
    public static OutboxEntry Read(StreamEntry entry)
    {
        var made = Event.Parser.ParseFrom((byte[]?)entry["event"] ?? throw new FormatException("The entry has no event."));
        if (entry["definition"] is { IsNull: false } definition)
            return new OutboxEntry(made, null, Guid.Parse(definition.ToString()));
        if (entry["after"].ToString().Split(',') is not [var completed, var failed, var total, var whole, var energy, var reports, var first, var last])
            throw new FormatException("The entry does not tell the progress.");
        var after = new Progress(
            made.BatchPhaseProgressed.PhaseName, Number(completed), Number(failed), Number(total), whole.Length == 0 ? null : whole == "S")
        {
            Work = BatchCall.Work(energy, reports, first, last),
        };
        return new OutboxEntry(
            BatchEvents.Progressed(made, after, entry["trace"] is { IsNullOrEmpty: false } trace ? trace.ToString() : null), Guid.Parse(entry["report"].ToString()), null);

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
