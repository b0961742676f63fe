using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

public static class Callhook
{
    /// <param name="secret">whsec_…, from the environment or a secret store, never in the code</param>
    /// <param name="headers">with names in lower case</param>
    /// <param name="body">the request's body as it came, before it is parsed</param>
    public static bool IsGenuine(string secret, IReadOnlyDictionary<string, string> headers, string body)
    {
        var id = headers.GetValueOrDefault("webhook-id", "");
        var timestamp = headers.GetValueOrDefault("webhook-timestamp", "");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        // Older than five minutes: somebody may be sending a copy.
        if (!long.TryParse(timestamp, out var sent) || Math.Abs(now - sent) > 300) return false;
        var prefix = "whsec_";
        var key = Convert.FromBase64String(secret.StartsWith(prefix) ? secret.Substring(prefix.Length) : secret);
        var signed = Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}");
        var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
        // While the secret is being changed there are two signatures; one has to be right.
        return headers.GetValueOrDefault("webhook-signature", "").Split(' ')
            .Any(given => CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(given)));
    }
}
