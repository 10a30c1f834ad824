using Xunit;

namespace Zab.Acceptance;

/// <summary>A test that makes system calls of a server fail by strace; skipped, with how to get it, where strace is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StraceFactAttribute : FactAttribute
{
    internal const string Strace = "/usr/bin/strace";

    public StraceFactAttribute()
    {
        if (!File.Exists(Strace)) Skip = "apt-get install strace";
    }
}
