using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;

namespace Pylon.Insights.Tests.Intensity;

/// <summary>Ingestion's series: 100 gCO2/kWh for each region number, and ten for each hour of the day.</summary>
internal sealed class FakeIngestion : SeriesService.SeriesServiceClient
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    private int _calls;

    /// <summary>How often it was asked.</summary>
    public int Calls => _calls;

    /// <summary>It does not answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>It takes the call and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Half hours that have no value.</summary>
    public Func<DateTimeOffset, bool> IsMissing { get; set; } = _ => false;

    public bool IsSynthetic { get; set; }

    public static decimal Grams(int region, DateTimeOffset time) => (100 * region) + (10 * time.Hour);

    public override AsyncUnaryCall<ReadSeriesResponse> ReadSeriesAsync(ReadSeriesRequest request, CallOptions options) => Answer(request);

    public override AsyncUnaryCall<ReadSeriesResponse> ReadSeriesAsync(
        ReadSeriesRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) => Answer(request);

    private AsyncUnaryCall<ReadSeriesResponse> Answer(ReadSeriesRequest request)
    {
        Interlocked.Increment(ref _calls);
        var answer = IsAway ? Task.FromException<ReadSeriesResponse>(new RpcException(new Status(StatusCode.Unavailable, "away")))
            : IsSilent ? new TaskCompletionSource<ReadSeriesResponse>().Task
            : Task.FromResult(Values(request));
        return new AsyncUnaryCall<ReadSeriesResponse>(answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    private ReadSeriesResponse Values(ReadSeriesRequest request)
    {
        var response = new ReadSeriesResponse { StartTime = request.StartTime, Step = HalfHour.ToDuration() };
        response.Sources.Add(new SeriesSource());
        response.Sources.Add(new SeriesSource { Source = "carbon-intensity", Actual = true, Synthetic = IsSynthetic });
        for (var at = request.StartTime.ToDateTimeOffset(); at < request.EndTime.ToDateTimeOffset(); at += HalfHour)
        {
            response.Values.Add(IsMissing(at) ? double.NaN : (double)Grams(request.RegionId, at));
            response.SourceIndexes.Add(IsMissing(at) ? 0 : 1);
        }

        return response;
    }
}
