namespace Zab.Tests.Linearizability;

/// <summary>Histories that no object which is right can have.</summary>
internal static class IllegalStories
{
    internal static Story[] All { get; } =
    [
        new("stale read: the write had ended before the read began", "register", """
            1  write(5)   0  1   ok
            2  read()     2  3   0
            """),
        new("a value that nobody wrote", "register", """
            1  write(5)   0  1   ok
            2  read()     0  3   6
            """),
        new("reads go back: the new value, then the old one, while the write still runs", "register", """
            1  write(5)   0  9   ok
            2  read()     1  2   5
            3  read()     3  4   0
            """),
        new("a value comes back that was overwritten", "register", """
            1  write(1)   0  1   ok
            1  write(2)   2  3   ok
            2  read()     4  5   2
            2  read()     6  7   1
            """),
        new("lost update: an acknowledged write is gone after another client's older one", "register", """
            1  write(1)   0  1   ok
            2  write(2)   2  3   ok
            1  read()     4  5   1
            """),
        new("a write that was certainly never executed is seen", "register", """
            1  write(7)   0  4   failed
            2  read()     1  2   7
            """),
        new("a write with an unknown outcome takes effect twice", "register", """
            1  write(1)   0  ?   ?
            2  read()     1  2   1
            2  write(2)   3  4   ok
            2  read()     5  6   2
            2  read()     7  8   1
            """),
        new("a write with an unknown outcome is seen before it was invoked", "register", """
            2  read()     0  1   1
            1  write(1)   2  ?   ?
            2  read()     3  4   1
            """),
        new("two readers see two writes in different orders", "register", """
            1  write(1)   0  9   ok
            2  write(2)   0  9   ok
            3  read()     1  2   1
            3  read()     5  6   2
            4  read()     1  2   2
            4  read()     5  6   1
            """),
        new("a read sees a write of the future", "register", """
            1  read()     0  1   5
            2  write(5)   2  3   ok
            """),
        new("compare and set succeeds twice from one value", "register", """
            1  cas(0,1)   0  5   true
            2  cas(0,2)   1  6   true
            """),
        new("compare and set succeeds from a value that was overwritten", "register", """
            1  write(1)   0  1   ok
            1  write(2)   2  3   ok
            2  cas(1,9)   4  5   true
            """),
        new("compare and set fails, although its value was there all the time", "register", """
            1  write(1)   0  1   ok
            2  cas(1,2)   2  3   false
            3  read()     4  5   1
            """),
        new("lost addition: two return the same sum", "counter", """
            1  add(1)     0  5   1
            2  add(1)     1  6   1
            """),
        new("an addition with an unknown outcome counts twice", "counter", """
            1  add(1)     0  ?   ?
            2  get()      1  2   1
            2  get()      3  4   2
            """),
        new("an addition that failed counts", "counter", """
            1  add(1)     0  3   failed
            2  add(1)     4  5   2
            """),
        new("the counter goes back", "counter", """
            1  add(1)     0  1   1
            2  bump(1)    2  9   ok
            3  get()      3  4   2
            4  get()      5  6   1
            """),
        new("an element leaves the queue twice", "queue", """
            1  enqueue(1) 0  1   ok
            2  dequeue()  2  5   1
            3  dequeue()  3  6   1
            """),
        new("elements overtake each other", "queue", """
            1  enqueue(1) 0  1   ok
            2  enqueue(2) 2  3   ok
            3  dequeue()  4  5   2
            3  dequeue()  6  7   1
            """),
        new("the queue is empty, although an element was never taken", "queue", """
            1  enqueue(1) 0  1   ok
            2  dequeue()  2  3   empty
            """),
        new("an element is inserted twice", "set", """
            1  insert(a)  0  5   true
            2  insert(a)  1  6   true
            3  contains(a) 7 8   true
            """),
        new("an element is missing after its insert ended", "set", """
            1  insert(a)  0  1   true
            2  contains(a) 2 3   false
            """),
        new("a deleted value is read", "keys", """
            1  put(a,1)   0  1   ok
            1  delete(a)  2  3   true
            2  get(a)     4  5   1
            """),
        new("the order of two keys is fixed by time, and a reader sees only the later", "keys", """
            1  put(a,1)   0  1   ok
            1  put(b,1)   2  3   ok
            2  get(b)     2  4   1
            2  get(a)     5  6   none
            """),
    ];
}
