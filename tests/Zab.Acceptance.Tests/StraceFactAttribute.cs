using Xunit;

namespace Zab.Acceptance;

/// <summary>A test that makes system calls of a server fail by strace; skipped, with how to get it, where strace is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StraceFactAttribute : FactAttribute
{
    public StraceFactAttribute()
    {
        if (!File.Exists(Strace.Program)) Skip = "apt-get install strace";
    }
}
