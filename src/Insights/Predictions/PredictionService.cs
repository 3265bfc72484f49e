using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Insights.Models;
using Pylon.Insights.V1;
using Pylon.Rpc;
using Factor = Pylon.Insights.Factors.Factor;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Predictions;

/// <summary>The gRPC service of estimates and factors.</summary>
internal sealed class PredictionService(Estimator estimator, FactorBook book, TimeProvider time) : V1.PredictionService.PredictionServiceBase
{
    private const int MaxItems = 1000;
    private const int MaxText = 200;

    private const string Attribution =
        "Factors of desnz-2025 with status published: UK Government GHG Conversion Factors for Company Reporting 2025, Department for Energy Security and Net Zero. "
        + "Contains public sector information licensed under the Open Government Licence v3.0.";

    public override async Task<PredictResponse> Predict(PredictRequest request, ServerCallContext context)
    {
        var (estimate, refusal, unknown) = Read(request, "features");
        if (estimate is null)
            throw refusal!.AsException();
        var outcome = (await estimator.EstimateAsync([estimate], context.CancellationToken))[0];
        return outcome.IsEstimate
            ? new PredictResponse { Estimate = outcome.Estimate.ToProto(unknown) }
            : throw outcome.Refusal.AsException();
    }

    public override async Task<PredictBatchResponse> PredictBatch(PredictBatchRequest request, ServerCallContext context)
    {
        if (request.Items.Count > MaxItems)
            throw Refusal.InvalidArgument("items", $"must be at most {MaxItems}").AsException();
        var read = request.Items.Select((item, at) => Read(item, $"items[{at}].features")).ToList();
        var outcomes = await estimator.EstimateAsync([.. read.Select(each => each.Request).OfType<EstimateRequest>()], context.CancellationToken);
        var (response, next) = (new PredictBatchResponse(), 0);
        foreach (var (estimate, refusal, unknown) in read)
        {
            var outcome = estimate is null ? refusal! : outcomes[next++];
            response.Results.Add(outcome.IsEstimate
                ? new PredictResult { Estimate = outcome.Estimate.ToProto(unknown) }
                : new PredictResult { Error = outcome.Refusal.Message, Reason = outcome.Refusal.Reason });
        }

        return response;
    }

    public override Task<ListFactorsResponse> ListFactors(ListFactorsRequest request, ServerCallContext context)
    {
        var (text, unit) = (Field.Text(request.Text, "text", 0, MaxText), Field.Text(request.Unit, "unit", 0, MaxText));
        var size = Field.PageSize(request.PageSize);
        var found = book.Search(text, unit, PageToken.DecodeText(request.PageToken), size + 1);
        var response = new ListFactorsResponse { Attribution = Attribution };
        response.Factors.AddRange(found.Take(size).Select(ToProto));
        if (found.Count > size)
            response.NextPageToken = PageToken.EncodeText(found[size - 1].Id);
        return Task.FromResult(response);
    }

    private static V1.Factor ToProto(Factor factor)
    {
        var message = new V1.Factor
        {
            Id = factor.Id,
            Name = factor.Name,
            Unit = factor.Unit,
            Boundary = factor.Boundary,
            FactorSet = factor.Set,
            Status = factor.Status,
            Note = factor.Note,
        };
        if (factor.Co2e is { } total)
            message.Co2E = (double)total;
        if (factor.Co2 is { } co2)
            message.Co2 = (double)co2;
        if (factor.Ch4 is { } ch4)
            message.Ch4 = (double)ch4;
        if (factor.N2o is { } n2o)
            message.N2O = (double)n2o;
        return message;
    }

    private static bool IsTime(Timestamp? time) => time is null or { Seconds: >= 631_152_000 and < 7_258_118_400, Nanos: >= 0 and < 1_000_000_000 };

    // The request, or why there is none.
    private (EstimateRequest? Request, Refusal? Refusal, IReadOnlyList<string> Unknown) Read(PredictRequest request, string field)
    {
        var reader = new FeatureReader(field);
        var features = reader.Read(request.Features);
        if (!IsTime(request.StartTime) || !IsTime(request.EndTime))
            return (null, Refusal.InvalidArgument(IsTime(request.StartTime) ? "end_time" : "start_time", "must be a time from the year 1990 to 2200"), []);
        var start = request.StartTime?.ToDateTimeOffset() ?? time.GetUtcNow();
        var end = request.EndTime?.ToDateTimeOffset();
        var refusal = request.Unreadable.AsRefusal("item")
            ?? reader.Refusal
            ?? (request.HasRegionId && request.RegionId is < 1 or > 18 ? Refusal.InvalidArgument("region_id", "must be from 1 to 18") : null)
            ?? (end <= start ? Refusal.InvalidArgument("end_time", "must be later than start_time") : null)
            ?? (end - start > TimeSpan.FromDays(366) ? Refusal.InvalidArgument("end_time", "must be at most 366 days after start_time") : null);
        return refusal is not null
            ? (null, refusal, [])
            : (new EstimateRequest(request.Kind, features, start, end, request.HasRegionId ? request.RegionId : null, request.Source.Length > 0 ? request.Source : "reported"), null, reader.Unknown);
    }
}
