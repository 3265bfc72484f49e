using Pylon.Ingestion.V1;
using Pylon.Web.Words;

namespace Pylon.Web.Operations;

/// <summary>States of ingestion runs in words.</summary>
internal static class OperationWords
{
    public static Label Of(PipelineRunStatus status) => status switch
    {
        PipelineRunStatus.Running => Label.Plain("Running"),
        PipelineRunStatus.Succeeded => Label.Good("Succeeded"),
        PipelineRunStatus.Partial => Label.Wait("Incomplete"),
        PipelineRunStatus.Failed => Label.Bad("Failed"),
        PipelineRunStatus.Abandoned => Label.Plain("Abandoned"),
        _ => Label.Plain("Not known"),
    };
}
