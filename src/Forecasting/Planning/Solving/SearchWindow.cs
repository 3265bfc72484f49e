using System.Runtime.InteropServices;
using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>The steps that a request may use: [Begin, Begin + Length).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SearchWindow(int Begin, int Length)
{
    public static SearchWindow Of(PlanRequest request)
    {
        var begin = Math.Max(request.Arrival, request.Limits.EarliestStart ?? 0);
        var end = (long)request.Steps();
        end = Math.Min(end, request.Limits.Deadline ?? end);
        end = Math.Min(end, (long)begin + request.Duration + Math.Min(request.Slack ?? int.MaxValue, request.Limits.MaxDelay ?? int.MaxValue));
        return new SearchWindow(begin, (int)Math.Max(0, end - begin));
    }
}
