namespace Pylon.Bench.Hotspots;

/// <summary>splitmix64: the same numbers on every machine.</summary>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to 1, without 1.</summary>
    public double Uniform() => (Next() >> 11) / 9007199254740992.0;

    /// <summary>Nearly normal: the sum of twelve uniform numbers less 6. No function of the machine is in it.</summary>
    public double Normal()
    {
        var sum = 0.0;
        for (var n = 0; n < 12; n++)
            sum += Uniform();
        return sum - 6.0;
    }

    /// <summary>Both ends included.</summary>
    public int Integer(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));
}
