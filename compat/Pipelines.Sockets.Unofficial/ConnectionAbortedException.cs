namespace Pipelines.Sockets.Unofficial;

/// <summary>This side closed the connection while it was in use.</summary>
public class ConnectionAbortedException : OperationCanceledException
{
    public ConnectionAbortedException()
        : this("The connection was aborted.")
    {
    }

    public ConnectionAbortedException(string message)
        : base(message)
    {
    }

    public ConnectionAbortedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
