using System.Security.Cryptography;
using System.Text;

namespace Pylon.Orchestrator.World;

/// <summary>
/// Numbers that follow from a text, the same for ever: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
/// Generators, 2014) from a hash of the text. System.Random promises no such thing.
/// </summary>
internal sealed class SeededNumbers(string of)
{
    private ulong _state = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(of)));

    /// <summary>From 0, below 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Evenly between the two.</summary>
    public double Between(double least, double most) => least + (Share() * (most - least));

    /// <summary>Evenly one of the whole numbers, both ends included.</summary>
    public int Whole(int least, int most) => least + (int)(Share() * (most - least + 1));

    public T OneOf<T>(IReadOnlyList<T> choices) => choices[Whole(0, choices.Count - 1)];

    /// <summary>One of the choices by their shares in per cent, which are 100 together.</summary>
    public T ByPercent<T>(IReadOnlyList<(int Percent, T Choice)> choices)
    {
        var left = Share() * 100;
        foreach (var (percent, choice) in choices)
        {
            left -= percent;
            if (left < 0)
                return choice;
        }

        return choices[^1].Choice;
    }

    private ulong Next()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
