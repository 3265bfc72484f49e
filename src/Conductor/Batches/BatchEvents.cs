using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.Shared;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Conductor.Batches;

/// <summary>The events of the Conductor. Their ids follow from their content, so that a repeated one is recognised.</summary>
internal static class BatchEvents
{
    public const string Topic = "batches";
    public const string Source = "pylon/conductor";

    /// <param name="report">What was reported.</param>
    /// <param name="after">The phase after it.</param>
    /// <param name="traceparent">Of the batch; null when it has none.</param>
    public static Event Progressed(PhaseReport report, Progress after, string? traceparent) => Progressed(Reported(report), after, traceparent);

    /// <summary>The event of a report as far as it is known before the batch is changed.</summary>
    public static Event Reported(PhaseReport report) => Event(
        StableId.Of("progressed", report.EventId.ToString()),
        report.BatchId,
        report.OccurredAt,
        new BatchPhaseProgressed
        {
            BatchId = report.BatchId,
            PhaseName = report.Phase,
            EntityId = report.EntityId,
            Succeeded = report.Succeeded,
            ErrorCode = report.ErrorCode,
            CorrelationId = report.CorrelationId,
        });

    /// <summary>The rest of the event of a report.</summary>
    public static Event Progressed(Event reported, Progress after, string? traceparent)
    {
        var progressed = reported.BatchPhaseProgressed;
        (progressed.Completed, progressed.Failed, progressed.Total) = (after.Completed, after.Failed, after.Total);
        (progressed.PhaseComplete, progressed.EnergyReports) = (after.IsComplete, after.Work.Reports);
        (progressed.StartedAt, progressed.EndedAt) = (after.Work.StartedAt?.ToTimestamp(), after.Work.EndedAt?.ToTimestamp());
        if (after.Work.EnergyKwh is { } energy)
            progressed.EnergyKwh = energy;
        reported.Traceparent = traceparent ?? "";
        return reported;
    }

    /// <summary>One for the definition, then one for each phase that is skipped.</summary>
    public static IReadOnlyList<Event> Defined(PipelineDefinition definition)
    {
        var (batchId, resolution) = (definition.BatchId, definition.Resolution);
        var defined = new BatchPipelineDefined
        {
            BatchId = batchId,
            Pipeline = resolution.Pipeline,
            CorrelationId = definition.CorrelationId,
            FinalPipeline = { resolution.Final },
        };
        return
        [
            Event(StableId.Of("defined", definition.Id.ToString()), batchId, definition.DefinedAt, defined, definition.Traceparent),
            .. resolution.Skipped.Select(phase => Event(
                StableId.Of("skipped", definition.Id.ToString(), phase),
                batchId,
                definition.DefinedAt,
                new BatchPhaseSkipped
                {
                    BatchId = batchId,
                    PhaseName = phase,
                    SkipReason = "already_completed",
                    CorrelationId = definition.CorrelationId,
                    Pipeline = resolution.Pipeline,
                },
                definition.Traceparent)),
        ];
    }

    public static Event Event(Guid id, string subject, DateTimeOffset time, IMessage payload, string? traceparent = null)
    {
        var made = new Event
        {
            Id = id.ToString(),
            Source = Source,
            Type = Outbox.TypeOf(payload),
            Subject = subject,
            Time = Timestamp.FromDateTimeOffset(time),
            Traceparent = traceparent ?? "",
        };
        Outbox.SetData(made, payload);
        return made;
    }
}
