using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults.Tls;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "TLS: {Path} has changed; new connections get the certificate of {Subject}, which is good until {Until:u}")]
    public static partial void CertificateChanged(this ILogger log, string path, string subject, DateTime until);

    [LoggerMessage(LogLevel.Error, "TLS: {Path} has changed but cannot be used; new connections get the certificate from before")]
    public static partial void CertificateNotChanged(this ILogger log, Exception exception, string path);
}
