using Pylon.Conductor.V1;
using Pylon.Transcoding;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Json;

namespace Pylon.Conductor.Http;

internal static class HttpFeature
{
    /// <summary>
    /// The REST paths of PipelineService on the HTTP port: clients of BCS, the Batch Conductor Service, call
    /// <c>POST /internal/v1/pipelines/define</c> there.
    /// </summary>
    public static IServiceCollection AddHttp(this IServiceCollection services) => services
        .AddSingleton<IUpstreams, OwnCalls>()
        .AddTranscoding([PipelineService.Descriptor], new MessageJson([PipelineServiceReflection.Descriptor]));
}
