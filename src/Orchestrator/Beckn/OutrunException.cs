namespace Pylon.Orchestrator.Beckn;

/// <summary>Another answer to a message came before the one that the attempt went on with. The attempt begins again with the one that counts.</summary>
internal sealed class OutrunException(string action) : Exception($"{action}: another answer came first");
