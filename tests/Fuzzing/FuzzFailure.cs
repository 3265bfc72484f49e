namespace Pylon.Fuzzing;

/// <summary>An input that a reader could not take.</summary>
public sealed record FuzzFailure(string Target, int Seed, long Index, FuzzInput Input, string Problem)
{
    public override string ToString() =>
        $"{Target}: PYLON_FUZZ_SEED={Seed} index {Index} choice {Input.Choice}\n{Convert.ToBase64String(Input.Bytes ?? [])}\n{Problem}";
}
