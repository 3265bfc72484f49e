# Counts the primes up to limit among the numbers of this part, by trial division.
# Of three parts the second takes 1000 to 1999, 4000 to 4999 and so on, so the parts are about equally long.
BEGIN {
    count = 0
    for (n = 2; n <= limit; n++) {
        if (int(n / 1000) % parts != part - 1) continue
        prime = n == 2 || n % 2 == 1
        for (d = 3; prime && d * d <= n; d += 2)
            if (n % d == 0) prime = 0
        count += prime
    }
    printf "part %d of %d: %d primes up to %d\n", part, parts, count, limit
}
