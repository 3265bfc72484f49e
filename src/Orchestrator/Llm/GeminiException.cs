namespace Pylon.Orchestrator.Llm;

/// <summary>The language model gave no text. It never fails a workload.</summary>
internal sealed class GeminiException(string message, Exception? inner = null) : Exception(message, inner);
