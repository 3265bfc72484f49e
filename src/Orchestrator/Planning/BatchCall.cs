using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Planning;

/// <summary>One call of PlanBatch: reads messages of jobs and answers each in order.</summary>
internal sealed class BatchCall(PlaceReader reader, PlanningOptions options, IAsyncStreamReader<PlanBatchRequest> requests, IServerStreamWriter<PlanBatchResponse> responses)
{
    private const int MostJobsOfMessage = 20_000;
    private const int MostCapacity = 1_000_000;
    private const int ResultBytes = 512 * 1024;
    private readonly BatchTotals _totals = new();
    private IReadOnlyList<PlanData> _data = [];
    private long _bytes;
    private int _jobs;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken))
            throw Refusal.InvalidArgument("places", "must be given in the first message").AsException();
        var first = requests.Current;
        var places = await reader.ReadAsync(first.Places, first.Step, first.Risk, cancellationToken);
        _data = [.. PlanSources.Of(places, 0, places.Count)];
        var planner = PlannerOf(first, places, cancellationToken);
        CountMessage(first);
        await WriteAsync(planner.Add(first.Jobs, 0), cancellationToken);
        while (await requests.MoveNext(cancellationToken))
        {
            CheckLater(requests.Current);
            var index = _jobs;
            CountMessage(requests.Current);
            await WriteAsync(planner.Add(requests.Current.Jobs, index), cancellationToken);
        }

        await WriteAsync(planner.Finish(), cancellationToken);
        await SendAsync(new PlanBatchResponse { Totals = planner.Complete(_totals) }, cancellationToken);
    }

    private IBatchPlanner PlannerOf(PlanBatchRequest first, Places places, CancellationToken cancellationToken)
    {
        if (!first.HasCapacity)
            return new StreamedBatch(places, options, cancellationToken);
        if (places.All.Count > 1)
            throw Refusal.InvalidArgument("capacity", "must be absent with several places").AsException();
        return new CapacityBatch(places, options, Field.Range(first.Capacity, "capacity", 1, MostCapacity), cancellationToken);
    }

    private static void CheckLater(PlanBatchRequest message)
    {
        var field = message.Places.Count > 0 ? "places" : message.Step is not null ? "step" : message.Risk != 0 ? "risk" : message.HasCapacity ? "capacity" : null;
        if (field is not null)
            throw Refusal.InvalidArgument(field, "must be in the first message only").AsException();
    }

    private void CountMessage(PlanBatchRequest message)
    {
        if (message.Jobs.Count > MostJobsOfMessage)
            throw Refusal.InvalidArgument("jobs", $"must be at most {MostJobsOfMessage} in a message").AsException();
        (_jobs, _bytes) = (_jobs + message.Jobs.Count, _bytes + message.CalculateSize());
        if (_jobs > options.MaxBatchJobs)
            throw Refusal.InvalidArgument("jobs", $"must be at most {options.MaxBatchJobs} in a batch").AsException();
        if (_bytes > options.MaxBatchBytes)
            throw Refusal.InvalidArgument("jobs", $"must be at most {options.MaxBatchBytes} bytes in a batch").AsException();
    }

    // A message of results is far below the limit of a message.
    private async Task WriteAsync(IEnumerable<PlanBatchResult> results, CancellationToken cancellationToken)
    {
        var (message, bytes) = (new PlanBatchResponse(), 0);
        foreach (var result in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _totals.Add(result);
            var size = result.CalculateSize();
            if (bytes > 0 && bytes + size > ResultBytes)
            {
                await SendAsync(message, cancellationToken);
                (message, bytes) = (new PlanBatchResponse(), 0);
            }

            message.Results.Add(result);
            bytes += size;
        }

        if (bytes > 0)
            await SendAsync(message, cancellationToken);
    }

    // The first message says where the values come from: a call that fails before sends none.
    private Task SendAsync(PlanBatchResponse message, CancellationToken cancellationToken)
    {
        message.Data.AddRange(_data);
        _data = [];
        return responses.WriteAsync(message, cancellationToken);
    }
}
