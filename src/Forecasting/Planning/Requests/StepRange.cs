using System.Runtime.InteropServices;

namespace Pylon.Forecasting.Planning.Requests;

/// <summary>Steps from <paramref name="From"/> up to <paramref name="To"/>, which is not included.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StepRange(int From, int To)
{
    public int Count => To - From;
}
