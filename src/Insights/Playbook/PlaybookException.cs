namespace Pylon.Insights.Playbook;

/// <summary>The playbook cannot be used; the message says what is wrong with which measure.</summary>
internal sealed class PlaybookException(string message, Exception? inner = null) : Exception(message, inner);
