using Pylon.Orchestrator.V1;
using Pylon.Web.Frame;
using Pylon.Web.Words;

namespace Pylon.Web.Workloads;

/// <summary>Reads the form of a new workload. What breaks a rule is refused by the Orchestrator, which names it.</summary>
internal static class WorkloadForms
{
    public static SubmitWorkloadRequest Submission(Given given, Clock clock)
    {
        var request = new SubmitWorkloadRequest
        {
            RequestId = given["request_id"],
            WorkloadName = given["name"],
            WorkloadType = given["type"],
            UserEmail = given["email"],
            Deadline = clock.Read("deadline", given["deadline"]),
            Urgency = (Urgency)(given.Whole("urgency") ?? 0),
        };
        if (given.Whole("gpu") is { } gpu)
            request.RequiredGpuMins = gpu;
        if (given.Number("energy") is { } energy)
            request.EstimatedEnergyKwh = energy;
        if (given.Number("load") is { } load)
            request.ComputeLoadMw = load;
        if (given.Whole("delay") is { } delay)
            request.DeferralWindowMins = delay;
        if (given.Number("cap") is { } cap)
            request.CarbonCapGco2 = cap;
        if (given.Number("total") is { } total)
            request.MaxTotalGco2 = total;
        if (given.Number("price") is { } price)
            request.MaxPriceGbp = price;
        return request;
    }
}
